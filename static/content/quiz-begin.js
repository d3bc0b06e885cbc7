document.dispatchEvent(new Event("quiz:begin"));
