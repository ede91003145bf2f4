using System.ComponentModel.DataAnnotations;
using Maas.Core.Delivery;
using Maas.Core.Nodes;

namespace Maas.Hosting;

/// <summary>A URL to which changes of machines are posted as CloudEvents, signed as Standard Webhooks describes.</summary>
public sealed class WebhookEndpointOptions
{
    /// <summary>
    /// The http or https address, without a user name. It is never logged. Redirections are not followed, and no proxy is used.
    /// Addresses that are link-local, multicast or unspecified are refused; private and loopback ones are not.
    /// </summary>
    [Required]
    public Uri? Url { get; set; }

    /// <summary>
    /// The keys that requests are signed with, each <c>whsec_</c> and 24 to 64 bytes in base64. A request has one signature for each: two
    /// keys let a receiver change from one to the other. At least one is needed.
    /// </summary>
    public IList<string> SigningSecrets { get; } = [];

    /// <summary>The kinds of changes that are posted; empty, the default, for all.</summary>
    public IList<ChangeEventKind> Kinds { get; } = [];

    /// <summary>Statuses: only changes by which a machine comes into one of them are posted. Empty, the default, for all changes.</summary>
    public IList<MachineStatus> Statuses { get; } = [];

    /// <summary>How long a request may take until the status of its answer, 1 second to 5 minutes. Default 15 s.</summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How often the endpoint may refuse a change, or not answer, before the change is given up. Default 12: about three hours.
    /// </summary>
    [Range(1, 100)]
    public int MostAttempts { get; set; } = 12;

    /// <summary>The delay before the second attempt; it doubles each time. 1 ms to 1 hour. Default 5 s.</summary>
    public TimeSpan FirstRetry { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest delay between two attempts, up to a day. Default one hour.</summary>
    public TimeSpan LongestRetry { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many changes, each of another machine, are posted at a time. Default 8.</summary>
    [Range(1, 64)]
    public int Concurrency { get; set; } = 8;

    /// <summary>How many changes are in memory. No further one is read before the oldest is delivered or given up. Default 1000.</summary>
    [Range(1, 100_000)]
    public int MostPending { get; set; } = 1000;
}
