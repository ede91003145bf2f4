namespace Maas.Client.Machines;

/// <content>The operations of Maas for .NET that Canonical's server does not have: it answers them with 400 or 404.</content>
public sealed partial class MachinesClient
{
    /// <summary>Explains why a machine does not boot or go on.</summary>
    /// <exception cref="MaasApiException">404: the machine is unknown. 400: the server explains nothing.</exception>
    public Task<MaasDiagnosis> ExplainAsync(string systemId, CancellationToken cancellationToken = default) =>
        ReadAsync<MaasDiagnosis>(systemId, "explain", cancellationToken);

    /// <summary>Reads what a machine would receive at its next boot, without secrets.</summary>
    /// <param name="systemId">The machine.</param>
    /// <param name="recipe">The recipe with the answer files, such as debian/bookworm; null for that by which it is being deployed.</param>
    /// <param name="comparedTo">System id of a machine to compare with; null for what the machine received last.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="MaasApiException">404: a machine is unknown. 400: the server previews nothing.</exception>
    public Task<MaasBootPreview> PreviewBootAsync(
        string systemId,
        string? recipe = null,
        string? comparedTo = null,
        CancellationToken cancellationToken = default) => Connection.GetAsync<MaasBootPreview>(
            ItemPath(systemId),
            new MaasForm().Add("op", "preview_boot").Add("recipe", recipe).Add("compare_to", comparedTo),
            cancellationToken);

    /// <summary>The operations that run on the machines that the caller may see, each read when it has arrived.</summary>
    /// <exception cref="MaasApiException">400: the server does not list them.</exception>
    public IAsyncEnumerable<MaasOperation> ListOperationsAsync(CancellationToken cancellationToken = default) =>
        Connection.ListAsync<MaasOperation>(Path, new MaasForm().Add("op", "operations"), cancellationToken);

    /// <summary>Reads how far a machine's deployment has come.</summary>
    /// <exception cref="MaasApiException">404: the machine is unknown. 400: the server does not say it.</exception>
    public Task<MaasDeploymentProgress> GetProgressAsync(string systemId, CancellationToken cancellationToken = default) =>
        ReadAsync<MaasDeploymentProgress>(systemId, "progress", cancellationToken);

    /// <summary>Reads from a machine's management controller what the machine is made of, without booting it. For administrators.</summary>
    /// <exception cref="MaasApiException">
    /// 409: its power type has no inventory, or the controller refuses the credentials. 502 or 504: the controller fails, or is silent.
    /// </exception>
    public Task<MaasControllerInventory> GetControllerInventoryAsync(string systemId, CancellationToken cancellationToken = default) =>
        ReadAsync<MaasControllerInventory>(systemId, "bmc_inventory", cancellationToken);

    /// <summary>Makes a machine known by its management controller. It is New, and is not booted. For administrators.</summary>
    /// <exception cref="MaasApiException">400: the controller does not say what is needed. 409: a machine has its address.</exception>
    public Task<MaasMachine> EnlistControllerAsync(EnlistControllerFields fields, CancellationToken cancellationToken = default) =>
        Connection.PostAsync<MaasMachine>($"{Path}?op=enlist_bmc", new MaasForm().Add(fields), cancellationToken);

    /// <summary>
    /// Restarts a machine from an ISO image that its controller has as virtual media, once. It is ejected on release. For administrators.
    /// </summary>
    /// <param name="systemId">The machine.</param>
    /// <param name="iso">The image: a http or https URL that the controller fetches it from.</param>
    /// <param name="cancellationToken">Ends the request.</param>
    /// <exception cref="MaasApiException">409: the power type has no virtual media, or the machine's status does not allow it.</exception>
    public Task<MaasMachine> BootMediaAsync(string systemId, Uri iso, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(iso);
        return DoAsync(systemId, "boot_media", new MaasForm().Add("iso", iso.OriginalString), cancellationToken);
    }

    /// <summary>Takes the image out of the virtual drive of a machine. For administrators.</summary>
    /// <exception cref="MaasApiException">409: the power type has no virtual media.</exception>
    public Task<MaasMachine> EjectMediaAsync(string systemId, CancellationToken cancellationToken = default) =>
        DoAsync(systemId, "eject_media", new MaasForm(), cancellationToken);

    private Task<T> ReadAsync<T>(string systemId, string op, CancellationToken cancellationToken)
        where T : class =>
        Connection.GetAsync<T>(ItemPath(systemId), new MaasForm().Add("op", op), cancellationToken);
}
