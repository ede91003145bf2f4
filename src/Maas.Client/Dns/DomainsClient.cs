using System.Globalization;
using Maas.Client.Http;
using Maas.Client.Resources;

namespace Maas.Client.Dns;

/// <summary>DNS domains.</summary>
public sealed class DomainsClient : MaasCollection<MaasDomain, long, DomainFields>
{
    internal DomainsClient(MaasConnection connection)
        : base(connection, "domains/")
    {
    }

    /// <summary>Makes a domain the one of new machines.</summary>
    public Task<MaasDomain> SetDefaultAsync(long id, CancellationToken cancellationToken = default) => Connection.PostAsync<MaasDomain>(
        string.Create(CultureInfo.InvariantCulture, $"domains/{id}/?op=set_default"), new MaasForm(), cancellationToken);
}
