// Hands what the issuer answered to the documentation page. That page may not be the opener of this window any more: an issuer on another
// site is kept apart from it by the browser. A channel reaches pages of the same origin only.
"use strict";

const channel = new BroadcastChannel("vade-docs-oauth2");
channel.postMessage(location.search.slice(1));
channel.close();
history.replaceState(null, "", location.pathname); // the code is nobody else's
window.close();
