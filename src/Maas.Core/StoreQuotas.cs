using System.ComponentModel.DataAnnotations;

namespace Maas.Core;

/// <summary>How much users and machines may keep in the store, so that no ordinary user can fill the disk.</summary>
public sealed class StoreQuotas
{
    /// <summary>Files of one user; 1000.</summary>
    [Range(1, int.MaxValue)]
    public int FilesPerUser { get; set; } = 1000;

    /// <summary>Bytes of all files of one user; 256 MiB.</summary>
    [Range(1, long.MaxValue)]
    public long FileBytesPerUser { get; set; } = 256L * 1024 * 1024;

    /// <summary>API keys of one user; 100.</summary>
    [Range(1, int.MaxValue)]
    public int ApiKeysPerUser { get; set; } = 100;

    /// <summary>SSH keys of one user; 100. They are all written into each machine that the user deploys.</summary>
    [Range(1, int.MaxValue)]
    public int SshKeysPerUser { get; set; } = 100;

    /// <summary>X.509 certificates of one user; 100. They are all given to each machine that the user deploys.</summary>
    [Range(1, int.MaxValue)]
    public int SslKeysPerUser { get; set; } = 100;

    /// <summary>Devices of one user; 10,000. A user who gets another's devices may have more.</summary>
    [Range(1, int.MaxValue)]
    public int DevicesPerUser { get; set; } = 10_000;

    /// <summary>
    /// Bytes of what scripts of one machine printed; 64 MiB. Beyond that the oldest outputs are dropped, and the results stay.
    /// </summary>
    [Range(1, long.MaxValue)]
    public long ScriptOutputBytesPerMachine { get; set; } = 64L * 1024 * 1024;

    /// <summary>Script results of one machine; 1000. Beyond that the oldest are dropped.</summary>
    [Range(1, int.MaxValue)]
    public int ScriptResultsPerMachine { get; set; } = 1000;
}
