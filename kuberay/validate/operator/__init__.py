"""What the KubeRay operator refuses after the API server has accepted it (KubeRay 1.7).

Such an object is stored, `kubectl apply` succeeds, and nothing happens: only the condition
Ready=False with reason ValidationFailed and a Warning event tell.
"""
