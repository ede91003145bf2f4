using System.Net;

namespace Maas.Boot.Dhcp.Leases;

/// <summary>
/// The allocator of one of several servers that share a store: it answers from memory, and <see cref="SharedLeaseSynchronizer{TAddress,
/// TLease, TQuestion, TResult}"/> tells it what the store says.
/// </summary>
internal interface ISharedLeases<TQuestion, TResult, TLease>
{
    /// <summary>Answers a question.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="isAgain">Whether the question was answered before, and is counted.</param>
    SharedAnswer<TResult, TLease> Ask(in TQuestion question, bool isAgain);

    /// <summary>Answers a question whose lease the store has refused, because the address is not free.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="refused">The answer with that lease.</param>
    /// <param name="attempt">How often the store has refused; from 1 on.</param>
    SharedAnswer<TResult, TLease> AnswerConflict(in TQuestion question, in SharedAnswer<TResult, TLease> refused, int attempt);

    /// <summary>Answers by itself what the store did not confirm in time.</summary>
    /// <param name="question">What is asked.</param>
    /// <param name="unconfirmed">The answer, with a confirmation.</param>
    /// <returns>An answer with a lease, perhaps a shorter one; without a lease when this server may not decide.</returns>
    SharedAnswer<TResult, TLease> AnswerAlone(in TQuestion question, in SharedAnswer<TResult, TLease> unconfirmed);

    /// <summary>Notes that a lease is about to be written, and until when the store will hold its address.</summary>
    void BeginWrite(in SharedLease<TLease> written);

    /// <summary>Notes that a lease was written.</summary>
    void EndWrite(in SharedLease<TLease> written);

    /// <summary>Takes over what the store says of an address.</summary>
    void Apply(in SharedLease<TLease> entry);

    /// <summary>The addresses to add to the reserve: free ones, so many that each subnet has its share.</summary>
    /// <param name="largest">The most addresses of a subnet.</param>
    IReadOnlyList<IPAddress> FindReserve(int largest);

    /// <summary>Whether a subnet has less than half of its share in the reserve.</summary>
    /// <param name="largest">The most addresses of a subnet.</param>
    bool IsReserveLow(int largest);

    /// <summary>How many addresses of the reserve are free.</summary>
    int CountFreeInReserve();

    /// <summary>Takes over the reserve as the store says it is.</summary>
    void ReplaceReserve(IReadOnlyList<SharedLease<TLease>> reserve);

    /// <summary>
    /// Takes out of the reserve what new clients cannot get any longer: a reservation names it, or it is of no range now. This server does
    /// not lease it by itself from then on.
    /// </summary>
    IReadOnlyList<SharedLease<TLease>> GiveUpUnleasable();

    /// <summary>
    /// Finds out how the reserve is to be changed from which the host leases when it starts again without the store. This server leases
    /// nothing of it.
    /// </summary>
    /// <param name="largest">The most addresses of a subnet in the reserve of a server, of which it is a part.</param>
    /// <param name="present">The addresses that it has.</param>
    RestartPlan PlanRestart(int largest, IReadOnlyCollection<IPAddress> present);

    /// <summary>What the store says of each address, as far as it was read.</summary>
    IReadOnlyList<SharedLease<TLease>> ListHolds();

    /// <summary>Takes everything out of the reserve, when the server ends.</summary>
    IReadOnlyList<SharedLease<TLease>> GiveUpReserve();
}

/// <summary>An answer, and the lease that must be in the store before the client learns of it.</summary>
/// <param name="Result">The answer.</param>
internal readonly record struct SharedAnswer<TResult, TLease>(TResult Result)
{
    /// <summary>Whether there is a lease to write.</summary>
    public bool HasLease { get; private init; }

    /// <summary>The lease, if there is one.</summary>
    public TLease? Lease { get; private init; }

    /// <summary>Whether every address that this server could offer is held.</summary>
    public bool IsExhausted { get; init; }

    /// <summary>An answer with a lease.</summary>
    public static SharedAnswer<TResult, TLease> With(TResult result, TLease lease) => new(result) { HasLease = true, Lease = lease };
}
