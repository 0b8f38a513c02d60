// VellumDecoder
