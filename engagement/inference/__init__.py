"""Models in the executors: ONNX files with a description, checked before they speak."""
