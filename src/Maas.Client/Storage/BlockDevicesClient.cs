using Maas.Client.Http;
using Maas.Client.Resources;

namespace Maas.Client.Storage;

/// <summary>The disks of machines.</summary>
public sealed class BlockDevicesClient : MaasNodeCollection<MaasBlockDevice, BlockDeviceFields>
{
    internal BlockDevicesClient(MaasConnection connection)
        : base(connection, "blockdevices")
    {
    }

    /// <summary>Adds a disk that commissioning has not found.</summary>
    /// <exception cref="MaasApiException">400: a field is wrong. 409: the machine's status does not allow it.</exception>
    public Task<MaasBlockDevice> CreateAsync(
        string systemId,
        BlockDeviceFields fields,
        CancellationToken cancellationToken = default) =>
        Connection.PostAsync<MaasBlockDevice>(ListPath(systemId), new MaasForm().Add(fields), cancellationToken);

    /// <summary>Makes a file system on a whole disk.</summary>
    /// <exception cref="MaasApiException">400: the type is unknown. 409: the machine's status does not allow it.</exception>
    public Task<MaasBlockDevice> FormatAsync(
        string systemId,
        long id,
        FormatFields fields,
        CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "format", new MaasForm().Add(fields), cancellationToken);

    /// <summary>Removes the file system.</summary>
    public Task<MaasBlockDevice> UnformatAsync(string systemId, long id, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "unformat", new MaasForm(), cancellationToken);

    /// <summary>Mounts the file system.</summary>
    /// <exception cref="MaasApiException">400: another file system is mounted there.</exception>
    public Task<MaasBlockDevice> MountAsync(
        string systemId,
        long id,
        string mountPoint,
        string? options = null,
        CancellationToken cancellationToken = default) =>
        DoAsync(
            systemId, id, "mount", new MaasForm().Add("mount_point", mountPoint).Add("mount_options", options), cancellationToken);

    /// <summary>Does not mount it.</summary>
    public Task<MaasBlockDevice> UnmountAsync(string systemId, long id, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "unmount", new MaasForm(), cancellationToken);

    /// <summary>Makes a disk the one that the machine boots from. The server answers with text only.</summary>
    public Task SetBootDiskAsync(string systemId, long id, CancellationToken cancellationToken = default) =>
        Connection.PostAsync($"{ItemPath(systemId, id)}?op=set_boot_disk", new MaasForm(), cancellationToken);

    /// <summary>Adds a tag.</summary>
    public Task<MaasBlockDevice> AddTagAsync(string systemId, long id, string tag, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "add_tag", new MaasForm().Add("tag", tag), cancellationToken);

    /// <summary>Removes a tag.</summary>
    public Task<MaasBlockDevice> RemoveTagAsync(string systemId, long id, string tag, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, id, "remove_tag", new MaasForm().Add("tag", tag), cancellationToken);
}
