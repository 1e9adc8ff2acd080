export type { ElsewherePart } from '../../flows/AccountsCore.js';
export { verifyElsewhere, type AskElsewhere, type ElsewherePassword } from './verifyElsewhere.js';
