namespace FleetLoad;

/// <summary>
/// A site's HTTP server: boot files come from the host that leases the site's addresses, which is the evidence for a token, and the API is
/// that of another host, which redeems it.
/// </summary>
internal sealed class TwoHosts(HttpMessageHandler boot, HttpMessageHandler api) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _boot = new(boot), _api = new(api);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var isBoot = request.RequestUri?.AbsolutePath.StartsWith("/MAAS/boot/", StringComparison.Ordinal) == true;
        return (isBoot ? _boot : _api).SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _boot.Dispose();
            _api.Dispose();
        }

        base.Dispose(disposing);
    }
}
