"""What the project's speed is measured with: a large synthetic catalogue, peers side by side, a load of visits."""
