#error "our own header is used, not this one"
