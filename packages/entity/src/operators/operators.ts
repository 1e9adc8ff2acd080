import { $addToSet } from './addToSet.js';
import { $append } from './append.js';
import { $inc } from './inc.js';
import type { Operator } from './Operator.js';
import { $prepend } from './prepend.js';
import { $pull } from './pull.js';
import { $remove } from './remove.js';
import { $set } from './set.js';
import { $setIfNull } from './setIfNull.js';
import { $setOnInsert } from './setOnInsert.js';

/** The update operators there are. Each is defined in the file of its name. */
export const OPERATORS: Readonly<Record<string, Operator>> = {
  $set,
  $setIfNull,
  $setOnInsert,
  $inc,
  $append,
  $prepend,
  $pull,
  $addToSet,
  $remove,
};
