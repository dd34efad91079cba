// The mark on the map and the two coordinates are one thing: whichever is moved takes the other
// along. Without this script the fields work alone.

function begin(map) {
  const svg = map.querySelector("svg");
  const mark = map.querySelector("[data-mark]");
  const offMap = map.querySelector("[data-off-map]");
  const latitude = document.getElementById(map.dataset.latitude);
  const longitude = document.getElementById(map.dataset.longitude);
  const [west, north, wide, tall] = ["west", "north", "wide", "tall"].map((name) =>
    Number(map.dataset[name]),
  );
  const { width, height } = svg.viewBox.baseVal;

  // From the fields to the map.
  function draw() {
    const x = (longitude.valueAsNumber - west) * wide;
    const y = (north - latitude.valueAsNumber) * tall;
    // Also false for what is no number.
    const isOn = x >= 0 && x <= width && y >= 0 && y <= height;
    mark.toggleAttribute("hidden", !isOn);
    offMap.hidden = isOn;
    if (isOn) mark.setAttribute("transform", `translate(${x} ${y})`);
  }

  // From the map to the fields; a pixel is about half a kilometre.
  function place(newLatitude, newLongitude) {
    latitude.value = newLatitude.toFixed(3);
    longitude.value = newLongitude.toFixed(3);
    for (const field of [latitude, longitude]) {
      field.dispatchEvent(new Event("input", { bubbles: true }));
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  }

  svg.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(
      svg.getScreenCTM().inverse(),
    );
    place(north - at.y / tall, west + at.x / wide);
    mark.focus();
  });

  const STEPS = { ArrowUp: [1, 0], ArrowDown: [-1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  mark.addEventListener("keydown", (event) => {
    const step = STEPS[event.key];
    if (!step) return;
    event.preventDefault();
    const size = event.shiftKey ? 0.1 : 0.01;
    place(latitude.valueAsNumber + step[0] * size, longitude.valueAsNumber + step[1] * size);
  });

  latitude.addEventListener("input", draw);
  longitude.addEventListener("input", draw);
  draw();
}

document.querySelectorAll("[data-region-map]").forEach(begin);
