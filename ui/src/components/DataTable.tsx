/** A plain table of rows: headers, cells, nothing hidden. */
import { Table } from "@mantine/core";
import { type ColumnDef, tableFeatures, useTable } from "@tanstack/react-table";

import classes from "./DataTable.module.css";

export const features = tableFeatures({});
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a column's value may be of any type
export type Column<Row extends object> = ColumnDef<typeof features, Row, any>;

interface Props<Row extends object> {
  label: string;
  columns: Column<Row>[];
  rows: readonly Row[];
  rowId: (row: Row) => string;
}

export function DataTable<Row extends object>({ label, columns, rows, rowId }: Props<Row>) {
  const table = useTable({ features, columns, data: rows as Row[], getRowId: rowId });
  return (
    <Table.ScrollContainer type="native" minWidth={560} className={classes.frame}>
      <Table aria-label={label} verticalSpacing="xs" highlightOnHover>
        <Table.Thead>
          {table.getHeaderGroups().map((group) => (
            <Table.Tr key={group.id}>
              {group.headers.map((header) => (
                <Table.Th key={header.id} scope="col">
                  {header.isPlaceholder ? null : <table.FlexRender header={header} />}
                </Table.Th>
              ))}
            </Table.Tr>
          ))}
        </Table.Thead>
        <Table.Tbody>
          {table.getRowModel().rows.map((row) => (
            <Table.Tr key={row.id}>
              {row.getAllCells().map((cell) => (
                <Table.Td key={cell.id}>
                  <table.FlexRender cell={cell} />
                </Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </Table.ScrollContainer>
  );
}
