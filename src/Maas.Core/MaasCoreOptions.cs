using System.ComponentModel.DataAnnotations;
using Maas.Core.Nodes;
using Microsoft.Extensions.Options;

namespace Maas.Core;

/// <summary>Where everything is remembered, and how patient it is.</summary>
public sealed class MaasCoreOptions
{
    /// <summary>The store that is gone when the core closes: for tests and demonstrations.</summary>
    public const string InMemory = ":memory:";

    /// <summary>Path of the SQLite file, created when missing with mode 600; or <see cref="InMemory"/>.</summary>
    [Required]
    public string DataSource { get; set; } = InMemory;

    /// <summary>
    /// Directory for images when no <see cref="Images.IImageContent"/> is given; <see langword="null"/> for <c>images</c> beside the store.
    /// </summary>
    public string? ImageDirectory { get; set; }

    /// <summary>DNS domain of new machines.</summary>
    [Required]
    public string Domain { get; set; } = "maas";

    /// <summary>
    /// Host names that no machine may take, in lower case and without a domain, besides those that are always reserved (<c>ns</c>,
    /// <c>wpad</c>, <c>localhost</c> …): this server's own.
    /// </summary>
    public IReadOnlyCollection<string> ReservedHostnames { get; set; } = [];

    /// <summary>How long each waiting status may last.</summary>
    public MachineDeadlines Deadlines { get; set; } = new();

    /// <summary>
    /// How many of a machine's events are kept, the newest, and as many more of its audit events, which no machine can push
    /// out; 100 to 1,000,000. They are counted now and then: there may be a hundred more.
    /// </summary>
    [Range(100, 1_000_000)]
    public int EventsPerMachine { get; set; } = 10_000;

    /// <summary>
    /// How many events of all deleted machines together are kept, the newest, and as many of their audit events; 0 to 100,000,000,
    /// 100,000 by default. Older ones are deleted once an hour.
    /// </summary>
    [Range(0, 100_000_000)]
    public int EventsOfDeletedMachines { get; set; } = 100_000;

    /// <summary>
    /// After this long an event of a deleted machine is deleted, however few there are. Zero, the default, sets no such limit.
    /// </summary>
    public TimeSpan DeletedMachineEventLifetime { get; set; }

    /// <summary>With so many New machines, no further one can make itself known: whoever asks has shown no credentials. 1 upward.</summary>
    [Range(1, int.MaxValue)]
    public int MostNewMachines { get; set; } = 10_000;

    /// <summary>
    /// After this long a New machine that made itself known, and was not heard of since, is forgotten; 30 days. It makes itself known again
    /// at its next boot. Zero
    /// keeps such machines for ever.
    /// </summary>
    public TimeSpan NewMachineLifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>How much users and machines may keep in the store.</summary>
    [ValidateObjectMembers]
    public StoreQuotas Quotas { get; set; } = new();

    /// <summary>
    /// Bytes of the store's disk that are kept for deletions and for the leases beside the store; of a small disk, at most a twentieth of
    /// it. With less than that
    /// left, nothing else is written and the API answers 507. 64 MiB; 0 keeps none.
    /// </summary>
    [Range(0, long.MaxValue)]
    public long SpareBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>Measures the free and the total bytes of the disk, for tests.</summary>
    internal Func<(long Free, long Total)>? MeasureDisk { get; set; }

    /// <summary>How often a power action is tried before it is given up; 1 to 20.</summary>
    [Range(1, 20)]
    public int PowerAttempts { get; set; } = 5;

    /// <summary>Wait before the second attempt; it doubles each time, up to a minute.</summary>
    public TimeSpan PowerRetryDelay { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long one power action may take; 3 minutes. A driver has patience of its own (IPMI asks, acts, and looks for a minute
    /// whether it came true) and names what went wrong when that ends: this limit is for one that hangs.
    /// </summary>
    public TimeSpan PowerTimeout { get; set; } = TimeSpan.FromMinutes(3);
}
