using System.Net;

namespace Maas.Testing.Network;

/// <summary>What a simulated machine is connected with: the host's sockets, or a network in memory.</summary>
internal abstract class MachineLink
{
    /// <summary>Whether DHCP is broadcast on the link, instead of going through a relay.</summary>
    public abstract bool Broadcasts { get; }

    /// <summary>Whether what completes a task also runs what waits for it; otherwise the thread pool does.</summary>
    public virtual bool IsOnLoop => false;

    /// <summary>Opens the port of DHCP clients, or, through a relay, a port of the relay's.</summary>
    public abstract ClientSocket OpenDhcp();

    /// <summary>Opens a UDP port on the machine's address.</summary>
    public abstract ClientSocket OpenUdp(IPAddress local);

    /// <summary>The leased address where the machine can send from it, else any.</summary>
    public abstract IPAddress Usable(IPAddress leased);

    /// <summary>An HTTP client whose connections come from the address.</summary>
    public abstract HttpClient CreateHttpClient(IPAddress local);

    /// <summary>The number of a DHCP transaction.</summary>
    public abstract uint NextTransaction();

    /// <summary>The machine is turned on: runs it.</summary>
    public abstract Task TurnOn(Func<Task> run);

    /// <summary>Does something to the machine from outside, such as pulling the plug.</summary>
    public abstract Task InvokeAsync(Func<Task> action);
}
