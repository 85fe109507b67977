// A document to render into; imported before React, which looks for one when it is loaded.
import { Window } from 'happy-dom';

const window = new Window();
const { document, navigator } = window;
// Node has a navigator of its own from version 21 on.
Object.assign(globalThis, { window, document, IS_REACT_ACT_ENVIRONMENT: true }, 'navigator' in globalThis ? {} : { navigator });
