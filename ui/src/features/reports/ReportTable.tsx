/** A report's rows and their total; digits of one column stand under each other. */
import { Table, Text } from "@mantine/core";
import { useTranslation } from "react-i18next";

import { showFigure } from "@/lib/format/figure";

import { begins, type Figure } from "./figures";
import classes from "./Reports.module.css";

interface Row<Of> {
  from: string;
  name: string;
  figures: Of;
}

interface Props<Of> {
  label: string;
  /** What a row is of. */
  who: string;
  columns: readonly (Figure<Of> & { title: string })[];
  rows: readonly Row<Of>[];
  total: Of;
  interval: string;
  timeZone: string;
}

/** More rows make a slow page, and nobody reads them on one. */
const most = 500;

export function ReportTable<Of>({ label, who, columns, rows, total, interval, timeZone }: Props<Of>) {
  const { t, i18n } = useTranslation();
  const figures = (of: Of) =>
    columns.map(({ name, shown, value }) => (
      <Table.Td key={name} className={classes.number}>
        {showFigure(value(of), shown, i18n.language)}
      </Table.Td>
    ));
  return (
    <>
      {rows.length > most && (
        <Text size="sm" c="dimmed">
          {t("reports.cut", { shown: most, count: rows.length })}
        </Text>
      )}
      <Table.ScrollContainer type="native" minWidth={900} className={classes.frame}>
        <Table aria-label={label} verticalSpacing="xs" highlightOnHover>
          <Table.Thead>
            <Table.Tr>
              <Table.Th scope="col">{t("reports.when")}</Table.Th>
              <Table.Th scope="col">{who}</Table.Th>
              {columns.map(({ name, title }) => (
                <Table.Th key={name} scope="col" className={classes.number}>
                  {title}
                </Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {rows.slice(0, most).map((row) => (
              <Table.Tr key={`${row.from} ${row.name}`}>
                <Table.Td>{begins(row.from, interval, timeZone, i18n.language)}</Table.Td>
                <Table.Td>{row.name}</Table.Td>
                {figures(row.figures)}
              </Table.Tr>
            ))}
          </Table.Tbody>
          <Table.Tfoot>
            <Table.Tr className={classes.total}>
              <Table.Th scope="row" colSpan={2}>
                {t("reports.total")}
              </Table.Th>
              {figures(total)}
            </Table.Tr>
          </Table.Tfoot>
        </Table>
      </Table.ScrollContainer>
    </>
  );
}
