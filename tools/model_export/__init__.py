"""Models written as ONNX files."""
