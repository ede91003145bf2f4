using Maas.Client.Http;
using Maas.Client.Resources;

namespace Maas.Client.Storage;

/// <summary>The software RAIDs of machines.</summary>
public sealed class RaidsClient : MaasNodeCollection<MaasRaid, RaidFields>
{
    internal RaidsClient(MaasConnection connection)
        : base(connection, "raids", "raid")
    {
    }

    /// <summary>Creates a RAID.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 409: the machine's status does not allow it.</exception>
    public Task<MaasRaid> CreateAsync(string systemId, RaidFields fields, CancellationToken cancellationToken = default) =>
        Connection.PostAsync<MaasRaid>(ListPath(systemId), new MaasForm().Add(fields), cancellationToken);
}
