"""Models as ONNX: preparation, estimator and threshold in one file, written by ourselves in double precision."""
