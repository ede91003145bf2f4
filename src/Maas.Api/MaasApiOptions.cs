using System.ComponentModel.DataAnnotations;

namespace Maas.Api;

/// <summary>Limits of the HTTP API and the metadata service.</summary>
public sealed class MaasApiOptions
{
    /// <summary>
    /// The longest request body, in bytes, from a caller without (valid) credentials. Enlisting takes a few hundred bytes.
    /// Default 256 KiB; longer is answered 413.
    /// </summary>
    [Range(1024, int.MaxValue / 2)]
    public int AnonymousBodyLimit { get; set; } = 256 * 1024;

    /// <summary>
    /// The longest form, in bytes, from a user or a machine: script results, Juju's files. Held in memory while it is read.
    /// Default 64 MiB; longer is answered 413.
    /// </summary>
    [Range(1024, int.MaxValue / 2)]
    public int BodyLimit { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// The longest chunk of an image upload, in bytes. The <c>maas</c> command sends 4 MiB at a time; a chunk is streamed to the
    /// store, so this bounds one request and not memory. Default 64 GiB.
    /// </summary>
    [Range(1024, long.MaxValue / 2)]
    public long UploadChunkLimit { get; set; } = 64L * 1024 * 1024 * 1024;

    /// <summary>
    /// How many machines may make themselves known in a minute without credentials. More are answered 503 with <c>Retry-After</c>;
    /// the agent tries again. Default 3000: several racks switched on at once.
    /// </summary>
    [Range(1, int.MaxValue)]
    public int EnlistmentsPerMinute { get; set; } = 3000;

    /// <summary>
    /// The version <c>version/</c> reports. Clients compare it with MAAS's versions to decide what they may ask, so it is the
    /// MAAS version whose API this is, not the version of this package. Default 3.5.0.
    /// </summary>
    [Required]
    public string Version { get; set; } = "3.5.0";
}
