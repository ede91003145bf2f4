using System.Globalization;
using Maas.Client.Http;

namespace Maas.Client.Storage;

/// <summary>The partitions of a machine's disks.</summary>
public sealed class PartitionsClient
{
    private readonly MaasConnection _connection;

    internal PartitionsClient(MaasConnection connection) => _connection = connection;

    /// <summary>The partitions of a disk.</summary>
    public IAsyncEnumerable<MaasPartition> ListAsync(string systemId, long device, CancellationToken cancellationToken = default) =>
        _connection.ListAsync<MaasPartition>(ListPath(systemId, device), null, cancellationToken);

    /// <summary>Reads a partition.</summary>
    /// <exception cref="MaasApiException">404: it does not exist.</exception>
    public Task<MaasPartition> GetAsync(string systemId, long device, long id, CancellationToken cancellationToken = default) =>
        _connection.GetAsync<MaasPartition>(ItemPath(systemId, device, id), null, cancellationToken);

    /// <summary>Adds a partition.</summary>
    /// <exception cref="MaasApiException">400: it does not fit. 409: the machine's status does not allow it.</exception>
    public Task<MaasPartition> CreateAsync(
        string systemId,
        long device,
        PartitionFields fields,
        CancellationToken cancellationToken = default) =>
        _connection.PostAsync<MaasPartition>(ListPath(systemId, device), new MaasForm().Add(fields), cancellationToken);

    /// <summary>Deletes a partition.</summary>
    /// <exception cref="MaasApiException">404: it does not exist. 409: the machine's status does not allow it.</exception>
    public Task DeleteAsync(string systemId, long device, long id, CancellationToken cancellationToken = default) =>
        _connection.DeleteAsync(ItemPath(systemId, device, id), null, cancellationToken);

    /// <summary>Makes a file system.</summary>
    /// <exception cref="MaasApiException">400: the type is unknown. 409: the machine's status does not allow it.</exception>
    public Task<MaasPartition> FormatAsync(
        string systemId,
        long device,
        long id,
        FormatFields fields,
        CancellationToken cancellationToken = default) =>
        DoAsync(systemId, device, id, "format", new MaasForm().Add(fields), cancellationToken);

    /// <summary>Removes the file system.</summary>
    public Task<MaasPartition> UnformatAsync(string systemId, long device, long id, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, device, id, "unformat", new MaasForm(), cancellationToken);

    /// <summary>Mounts the file system.</summary>
    /// <exception cref="MaasApiException">400: another file system is mounted there.</exception>
    public Task<MaasPartition> MountAsync(
        string systemId,
        long device,
        long id,
        string mountPoint,
        string? options = null,
        CancellationToken cancellationToken = default) =>
        DoAsync(
            systemId,
            device,
            id,
            "mount",
            new MaasForm().Add("mount_point", mountPoint).Add("mount_options", options),
            cancellationToken);

    /// <summary>Does not mount it.</summary>
    public Task<MaasPartition> UnmountAsync(string systemId, long device, long id, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, device, id, "unmount", new MaasForm(), cancellationToken);

    private Task<MaasPartition> DoAsync(
        string systemId,
        long device,
        long id,
        string op,
        MaasForm form,
        CancellationToken cancellationToken) =>
        _connection.PostAsync<MaasPartition>($"{ItemPath(systemId, device, id)}?op={op}", form, cancellationToken);

    private static string ListPath(string systemId, long device) =>
        string.Create(CultureInfo.InvariantCulture, $"nodes/{PathPart.Of(systemId)}/blockdevices/{device}/partitions/");

    // Without a slash at the end, as the server declares it.
    private static string ItemPath(string systemId, long device, long id) =>
        string.Create(CultureInfo.InvariantCulture, $"nodes/{PathPart.Of(systemId)}/blockdevices/{device}/partition/{id}");
}
