namespace Maas.Core.Stores;

/// <summary>That this process leads the hosts of its store.</summary>
/// <param name="Lost">Cancelled when it does not lead any more, such as when it lost its connection.</param>
/// <remarks>
/// Two processes may believe that they lead for the moment that one needs to notice its loss. What a leader does is therefore decided on
/// versions like everything else: done twice, it has its effect once.
/// </remarks>
public sealed record StoreLeadership(CancellationToken Lost);
