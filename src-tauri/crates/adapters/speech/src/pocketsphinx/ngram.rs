//! A small trigram estimator (Witten-Bell backoff) that writes ARPA text.
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

#[derive(Default)]
pub struct Counts { grams: [BTreeMap<Vec<u32>, u32>; 3], words: Vec<String>, index: BTreeMap<String, u32> }

impl Counts {
    fn id(&mut self, word: &str) -> u32 {
        if let Some(id) = self.index.get(word) { return *id; }
        let id = self.words.len() as u32;
        self.words.push(word.to_owned());
        self.index.insert(word.to_owned(), id);
        id
    }
    pub fn add(&mut self, sentence: &[&str]) {
        let mut ids = vec![self.id("<s>")];
        for w in sentence { let id = self.id(w); ids.push(id); }
        ids.push(self.id("</s>"));
        for n in 1..=3 {
            for gram in ids.windows(n) {
                if n == 1 && gram[0] == ids[0] { continue; }
                *self.grams[n - 1].entry(gram.to_vec()).or_default() += 1;
            }
        }
    }
    pub fn vocabulary(&self) -> BTreeSet<String> {
        self.words.iter().filter(|w| !w.starts_with('<')).cloned().collect()
    }
    pub fn arpa(&self) -> String {
        let ctx = |n: usize| { let mut m: BTreeMap<Vec<u32>, (u32, u32)> = BTreeMap::new();
            for (g, c) in &self.grams[n] { let e = m.entry(g[..n].to_vec()).or_default(); e.0 += c; e.1 += 1; } m };
        let (c1, c2, c3) = (ctx(0), ctx(1), ctx(2));
        let v = self.words.len() as f64;
        let (t1, d1) = c1[&vec![]];
        let lambda = |t: u32, d: u32| f64::from(t) / f64::from(t + d);
        let p1 = |w: u32| { let c = self.grams[0].get(&vec![w]).copied().unwrap_or(0); let l = lambda(t1, d1); l * f64::from(c) / f64::from(t1) + (1.0 - l) / v };
        let p2 = |a: u32, w: u32| match c2.get(&vec![a]) { Some((t, d)) => { let c = self.grams[1].get(&vec![a, w]).copied().unwrap_or(0); let l = lambda(*t, *d); l * f64::from(c) / f64::from(*t) + (1.0 - l) * p1(w) } None => p1(w) };
        let p3 = |a: u32, b: u32, w: u32| match c3.get(&vec![a, b]) { Some((t, d)) => { let c = self.grams[2].get(&vec![a, b, w]).copied().unwrap_or(0); let l = lambda(*t, *d); l * f64::from(c) / f64::from(*t) + (1.0 - l) * p2(b, w) } None => p2(b, w) };
        let back = |c: Option<&(u32, u32)>| c.map_or(0.0, |(t, d)| (1.0 - lambda(*t, *d)).log10());
        let mut out = format!("\\data\\\nngram 1={}\nngram 2={}\nngram 3={}\n\n\\1-grams:\n", self.words.len(), self.grams[1].len(), self.grams[2].len());
        for (i, w) in self.words.iter().enumerate() {
            let i = i as u32;
            let p = if w == "<s>" { -99.0 } else { p1(i).log10() };
            let _ = writeln!(out, "{p:.4} {w} {:.4}", back(c2.get(&vec![i])));
        }
        out.push_str("\n\\2-grams:\n");
        for g in self.grams[1].keys() { let _ = writeln!(out, "{:.4} {} {} {:.4}", p2(g[0], g[1]).log10(), self.words[g[0] as usize], self.words[g[1] as usize], back(c3.get(g))); }
        out.push_str("\n\\3-grams:\n");
        for g in self.grams[2].keys() { let _ = writeln!(out, "{:.4} {} {} {}", p3(g[0], g[1], g[2]).log10(), self.words[g[0] as usize], self.words[g[1] as usize], self.words[g[2] as usize]); }
        out.push_str("\n\\end\\\n");
        out
    }
}
