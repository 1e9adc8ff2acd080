'use strict';

// safe-buffer gives just this where `Buffer` has `alloc` and its like, which is in every Node.
module.exports = require('node:buffer');
