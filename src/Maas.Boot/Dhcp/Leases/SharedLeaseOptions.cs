namespace Maas.Boot.Dhcp.Leases;

/// <summary>How a <c>SharedLeaseAllocator</c> or <c>SharedLeaseAllocator6</c> answers while its store is slow or away.</summary>
public sealed record SharedLeaseOptions
{
    /// <summary>
    /// For how long a server that does not reach the store goes on: it renews leases for so long beyond their end (at most for as long as
    /// the lease lasted), and leases addresses of its reserve to new clients. For the same time the addresses of a server that is gone
    /// stay reserved; 1 h unless told otherwise.
    /// </summary>
    public TimeSpan OutageTime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>
    /// How long a client waits for the store before the server answers by itself; 1 s unless told otherwise. Firmware repeats a request
    /// after 1 to 4 s.
    /// </summary>
    public TimeSpan AnswerTime { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The most addresses of a subnet that a server keeps in its reserve; 256 unless told otherwise, and never more than an eighth of the
    /// subnet's addresses (but one).
    /// </summary>
    public int LargestReserve { get; init; } = 256;

    /// <summary>
    /// A file of this host in which the server keeps what it knows of the store: with it, the host leases while the store is away when it
    /// starts (<c>SnapshotLeaseAllocator</c>). Its folder exists. A second file, with <c>.journal</c> after its name, has what was leased
    /// then. A quarter of a server's reserve is kept for that beside it. <see langword="null"/>, the default, for none.
    /// </summary>
    public string? SnapshotFile { get; init; }
}
