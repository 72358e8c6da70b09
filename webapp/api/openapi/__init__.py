"""One OpenAPI document of everything that machines may ask, generated from the layers."""
