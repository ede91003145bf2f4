using System.Net;

namespace Maas.Testing.Controllers;

/// <summary>What a simulated Redfish service has, and what is wrong with it.</summary>
public sealed record SimulatedRedfishOptions
{
    /// <summary>Where it listens; a free port of 127.0.0.1.</summary>
    public IPEndPoint ListenOn { get; init; } = new(IPAddress.Loopback, 0);

    /// <summary>Whether it has TLS, with a certificate that it made itself; it has.</summary>
    public bool UsesTls { get; init; } = true;

    /// <summary>The user; <c>admin</c>.</summary>
    public string UserName { get; init; } = "admin";

    /// <summary>The user's password; <c>secret</c>.</summary>
    public string Password { get; init; } = "secret";

    /// <summary>The vendor that the service names itself by; <c>Simulated</c>.</summary>
    public string Vendor { get; init; } = "Simulated";

    /// <summary>The ids of its systems; <c>1</c>. All are the same machine but for their ids.</summary>
    public IReadOnlyList<string> SystemIds { get; init; } = ["1"];

    /// <summary>Whether it has sessions; it has. Without them each request has the password.</summary>
    public bool HasSessions { get; init; } = true;

    /// <summary>Whether a change without the right entity tag is refused; it is not.</summary>
    public bool RequiresETag { get; init; }

    /// <summary>Whether a boot choice without a boot mode is refused; it is not.</summary>
    public bool RequiresBootMode { get; init; }

    /// <summary>Whether virtual media is at the manager, as older services have it, not at the system; it is not.</summary>
    public bool HasMediaAtManager { get; init; }

    /// <summary>Whether an image is refused without the protocol that it is fetched by; it is not.</summary>
    public bool RequiresTransferProtocol { get; init; }

    /// <summary>Whether sensors are in lists, as older services have them; they are not.</summary>
    public bool HasThermalLists { get; init; }

    /// <summary>Whether events are pushed; they are. Else a log has to be read.</summary>
    public bool PushesEvents { get; init; } = true;

    /// <summary>How many requests are answered with 503 first; 0.</summary>
    public int BusyRequests { get; init; }

    /// <summary>Paths that are answered with 500.</summary>
    public IReadOnlyList<string> BrokenPaths { get; init; } = [];

    /// <summary>Paths that are answered with 403: the user may not see them.</summary>
    public IReadOnlyList<string> ForbiddenPaths { get; init; } = [];

    /// <summary>Whether a power state is <c>PoweringOn</c> or <c>PoweringOff</c> while the machine switches; it is.</summary>
    public bool ShowsTransitions { get; init; } = true;
}
