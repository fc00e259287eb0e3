document.querySelector("form").requestSubmit();
