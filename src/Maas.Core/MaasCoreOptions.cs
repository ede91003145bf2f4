using System.ComponentModel.DataAnnotations;
using Maas.Core.Nodes;
using Microsoft.Extensions.Options;

namespace Maas.Core;

/// <summary>Deadlines, limits and defaults of <see cref="MaasCore"/>.</summary>
public sealed class MaasCoreOptions
{
    /// <summary>
    /// Directory for images when no <see cref="Images.IImageContent"/> is given; <see langword="null"/> for <c>images</c> beside the
    /// store's
    /// file, and for a store without a file a temporary directory that is deleted at the end.
    /// </summary>
    public string? ImageDirectory { get; set; }

    /// <summary>
    /// The file with the key that the secrets of API keys and machines' tokens, licence keys and power parameters are encrypted with in the
    /// store; it is made when it is missing. Keep it apart from copies of the store. <see langword="null"/>, the default, stores them in
    /// the clear.
    /// </summary>
    public string? SecretKeyFile { get; set; }

    /// <summary>DNS domain of new machines.</summary>
    [Required]
    public string Domain { get; set; } = "maas";

    /// <summary>
    /// Host names that no machine may take, in lower case and without a domain, besides those that are always reserved (<c>ns</c>,
    /// <c>wpad</c>, <c>localhost</c> …): this server's own.
    /// </summary>
    public IReadOnlyCollection<string> ReservedHostnames { get; set; } = [];

    /// <summary>
    /// The name of this host, by which it finds its own controller again; <see langword="null"/>, the default, for the name of the
    /// computer.
    /// </summary>
    public string? ControllerHostname { get; set; }

    /// <summary>
    /// Whether this host is an HTTP proxy for packages on its plain-HTTP ports: machines then use it, unless the settings name another one.
    /// <c>AddPackageProxy()</c> of Maas.Hosting sets it. Default false.
    /// </summary>
    public bool ServesPackages { get; set; }

    /// <summary>How long each waiting status may last.</summary>
    public MachineDeadlines Deadlines { get; set; } = new();

    /// <summary>
    /// How many of a machine's events are kept, the newest, and as many more of its audit events, which no machine can push
    /// out; 100 to 1,000,000. They are counted now and then: there may be a hundred more.
    /// </summary>
    [Range(100, 1_000_000)]
    public int EventsPerMachine { get; set; } = 10_000;

    /// <summary>
    /// How many changes of machines <see cref="Machines.WatchAsync"/> can continue from; 1,000 to 100,000,000, 100,000 by default.
    /// </summary>
    [Range(1000, 100_000_000)]
    public int MachineChanges { get; set; } = 100_000;

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

    /// <summary>With so many New machines, no further one can make itself known: enlistment needs no credentials. 1 upward.</summary>
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

    /// <summary>
    /// The same for a soft power-off, during which an operating system shuts down; 6 minutes. The drivers of <c>Maas.Power</c> wait for 5
    /// minutes, and name what went wrong then.
    /// </summary>
    public TimeSpan ShutDownTimeout { get; set; } = TimeSpan.FromMinutes(6);

    /// <summary>
    /// How long a host that stops waits for the power actions that it has begun; 20 seconds. Afterwards they are cancelled, and handed
    /// over: another host does them at once, or this one when it is started again. Keep it below the <c>ShutdownTimeout</c> of the generic
    /// host (30 seconds). Zero cancels them at once.
    /// </summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(20);
}
