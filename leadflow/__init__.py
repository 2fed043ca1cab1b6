"""leadflow: B2B lead management as an embeddable library."""
