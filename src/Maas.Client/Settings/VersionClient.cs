using Maas.Client.Http;

namespace Maas.Client.Settings;

/// <summary>What kind of server it is.</summary>
public sealed class VersionClient
{
    private readonly MaasConnection _connection;

    internal VersionClient(MaasConnection connection) => _connection = connection;

    /// <summary>The version of the server and what it can do. It needs no key.</summary>
    public Task<MaasVersion> GetAsync(CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasVersion>("version/", null, cancellationToken);
}
