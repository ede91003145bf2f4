namespace Maas.Core.Nodes;

/// <content>Allocation of machines.</content>
public sealed partial class Machines
{
    // Most requests take the first machine. A request that few machines fit reads more at once.
    private const int FirstPage = 8;
    private const int LargestPage = 256;

    /// <summary>
    /// Gives one free machine that fits to a user, the smallest that fits first. Two callers never get the same one, and the machine fits
    /// as it is when it is given.
    /// </summary>
    public async Task<AllocationResult> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken = default)
    {
        HashSet<string> tags = request.Tags.Count + request.NotTags.Count == 0
            ? [] : [.. (await Tags.ListAsync(_records, cancellationToken).ConfigureAwait(false)).Select(tag => tag.Name)];
        var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
        if (AllocationPlan.TryMake(request, tags, topology, out var plan) is { } invalid) return invalid;

        CandidateRank? after = null;
        for (var size = FirstPage; !plan.IsHopeless; size = Math.Min(size * 4, LargestPage))
        {
            var page = await _store.ListCandidatesAsync(plan.Filter with { After = after, Limit = size }, cancellationToken)
                .ConfigureAwait(false);
            if (await TryAllocateAsync(request, plan, page, cancellationToken).ConfigureAwait(false) is { } allocated) return allocated;
            if (page.Count < size) break;
            after = CandidateRank.Of(page[^1]);
        }

        return new AllocationResult.NoMachine(AllocationChecks.Explain(request));
    }

    /// <summary>The machines in any status that match a filter and have what a request asks for, by ascending number.</summary>
    /// <param name="filter">Which machines; its limit counts those that have it.</param>
    /// <param name="request">
    /// What they must have: networks, disks, interfaces, devices, speeds, power types. Names, tags, places and sizes are the filter's, and
    /// count for nothing here, as does the owner.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<MachineListResult> ListFittingAsync(
        MachineFilter filter, AllocationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(request);
        var topology = await _topology.GetAsync(cancellationToken).ConfigureAwait(false);
        var wanted = request with { Tags = [], NotTags = [] };
        if (AllocationPlan.TryMake(wanted, [], topology, out var plan) is { } invalid)
            return new MachineListResult.Invalid(invalid.Constraint, invalid.Reason);
        if (plan.IsHopeless) return new MachineListResult.Listed([]);
        // The index has the links of what is intended beside those of the owner: that one is absent from both says too much.
        var narrowed = filter with
        {
            Records = [.. filter.Records, .. plan.Filter.Records.Where(condition => !condition.IsAbsent)], Limit = null,
        };
        List<Machine> fitting = [];
        foreach (var page in (await _store.ListAsync(narrowed, cancellationToken).ConfigureAwait(false)).Chunk(LargestPage))
        {
            var configs = plan.NeedsConfigs ? await _configs.ListAsync(page, cancellationToken).ConfigureAwait(false) : null;
            fitting.AddRange(page.Where(machine => plan.Match(machine, configs?[machine.Id]) is not null));
            if (fitting.Count >= filter.Limit) break;
        }

        return new MachineListResult.Listed([.. fitting.Take(filter.Limit ?? int.MaxValue)]);
    }

    private async Task<AllocationResult.Allocated?> TryAllocateAsync(
        AllocationRequest request, AllocationPlan plan, IReadOnlyList<Machine> candidates, CancellationToken cancellationToken)
    {
        var configs = plan.NeedsConfigs ? await _configs.ListAsync(candidates, cancellationToken).ConfigureAwait(false) : null;
        foreach (var candidate in candidates)
        {
            if (plan.Match(candidate, configs?[candidate.Id]) is not { } match) continue;
            if (request.DryRun) return match;
            var command = new MachineCommand.Allocate(request.Owner)
            {
                By = request.Owner,
                Comment = request.Comment,
                TokenKey = request.TokenKey,
                AgentName = request.AgentName,
                Bridges = request.Bridges,
                ExpectedVersion = candidate.Version,
            };

            switch (await ExecuteAsync(candidate.Id, command, cancellationToken: cancellationToken).ConfigureAwait(false))
            {
                case CommandResult.Done done:
                    return match with { Machine = done.Machine };
                // It changed and may still fit.
                case CommandResult.Refused { Machine.Status: MachineStatus.Ready, Machine.Version: var version }
                    when version != candidate.Version:
                    var again = await _store.ListCandidatesAsync(
                        plan.Filter with { Ids = [candidate.Id], Limit = 1 }, cancellationToken).ConfigureAwait(false);
                    if (await TryAllocateAsync(request, plan, again, cancellationToken).ConfigureAwait(false) is { } allocated)
                        return allocated;
                    break;
                // Another caller was first: the next one.
                default:
                    break;
            }
        }

        return null;
    }
}
