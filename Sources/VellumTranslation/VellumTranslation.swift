// VellumTranslation
