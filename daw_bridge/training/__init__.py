"""How our own transcription model is made: songs and sounds -> stems -> network -> ONNX file.

    python -m daw_bridge.training make-data --songs FOLDER|ZIP…    plan -> player -> effects -> stems
    python -m daw_bridge.training train                            features, targets -> network
    python -m daw_bridge.training evaluate                         network -> notes, scored by family
    python -m daw_bridge.training export                           network -> ONNX

Nothing here is needed to run DAW Bridge. torch and the sound sources come with the dependency group
`train`; docs/training.md tells how to set it up, what the model is trained on, and how well it does.
"""
