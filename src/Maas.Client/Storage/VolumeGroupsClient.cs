using Maas.Client.Http;
using Maas.Client.Resources;

namespace Maas.Client.Storage;

/// <summary>The LVM volume groups of machines.</summary>
public sealed class VolumeGroupsClient : MaasNodeCollection<MaasVolumeGroup, VolumeGroupFields>
{
    internal VolumeGroupsClient(MaasConnection connection)
        : base(connection, "volume-groups", "volume-group")
    {
    }

    /// <summary>Creates a volume group.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 409: the machine's status does not allow it.</exception>
    public Task<MaasVolumeGroup> CreateAsync(
        string systemId,
        VolumeGroupFields fields,
        CancellationToken cancellationToken = default) =>
        Connection.PostAsync<MaasVolumeGroup>(ListPath(systemId), new MaasForm().Add(fields), cancellationToken);

    /// <summary>Creates a logical volume.</summary>
    /// <param name="systemId">The machine.</param>
    /// <param name="id">The volume group.</param>
    /// <param name="name">The name of the volume.</param>
    /// <param name="size">Bytes; null for all free space.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task<MaasBlockDevice> CreateLogicalVolumeAsync(
        string systemId,
        long id,
        string name,
        long? size = null,
        CancellationToken cancellationToken = default) =>
        Connection.PostAsync<MaasBlockDevice>(
            $"{ItemPath(systemId, id)}?op=create_logical_volume", new MaasForm().Add("name", name).Add("size", size), cancellationToken);

    /// <summary>Deletes a logical volume.</summary>
    /// <param name="systemId">The machine.</param>
    /// <param name="id">The volume group.</param>
    /// <param name="volume">The number of the volume (<see cref="MaasBlockDevice.Id"/>).</param>
    /// <param name="cancellationToken">Ends the request.</param>
    public Task DeleteLogicalVolumeAsync(string systemId, long id, long volume, CancellationToken cancellationToken = default) =>
        Connection.PostAsync($"{ItemPath(systemId, id)}?op=delete_logical_volume", new MaasForm().Add("id", volume), cancellationToken);
}
