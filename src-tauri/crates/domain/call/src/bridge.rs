//! A conference that the whole call is in: the customer and whoever speaks to them meet others there.

use tandem_foundation::LegId;

use crate::io::{Floor, Output, Refusal};
use crate::machine::CallMachine;

impl CallMachine {
    /// The conference's name, while the call is in one.
    pub fn conference(&self) -> Option<&str> {
        self.bridge.as_ref().map(|(_, name)| name.as_str())
    }

    /// An assistant has nothing to say among many: it falls silent until the call is out again.
    pub(crate) fn bridged(&mut self, leg: LegId, name: String) -> Result<(), Refusal> {
        self.require_progress()?;
        if self.bridge.is_some() {
            return Err(Refusal::AlreadyThere);
        }
        if self.handover.is_some() || self.floor == Floor::Bridging {
            return Err(Refusal::TransferUnderWay);
        }
        self.alone = false;
        if self.floor == Floor::Assistant {
            self.outputs.push_back(Output::AssistantSilent { for_whom: name.clone() });
            self.set_floor(Floor::Nobody, None, "conference");
        }
        self.bridge = Some((leg, name));
        Ok(())
    }

    pub(crate) fn unbridged(&mut self) {
        let Some((_, name)) = self.bridge.take() else { return };
        if self.floor == Floor::Nobody && self.assistant.is_some() {
            self.set_floor(Floor::Assistant, None, "conference_left");
            self.outputs.push_back(Output::AssistantGoesOn { after: name, note: None });
        }
    }
}
