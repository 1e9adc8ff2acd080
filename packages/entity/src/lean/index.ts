export { Table } from '../table/Table.js';
