// Defines <aion-miner>, which is all that mining needs. The rest of this file is an example of its events.
import "aion-web-miner/element";

const thanks = document.querySelector("#thanks");
let accepted = 0;

// Events of the element bubble; each has the detail of the Miner's event of that name.
addEventListener("miner-share", ({ detail }) => {
  if (detail.status !== "accepted") return;
  accepted++;
  thanks.textContent = `Thank you: the pool has accepted ${accepted} ${accepted === 1 ? "share" : "shares"} of yours.`;
});

addEventListener("miner-error", ({ detail }) => {
  // The element shows it already. A site may want to count it.
  console.info(`miner: ${detail.error.code}: ${detail.error.message}`);
});
