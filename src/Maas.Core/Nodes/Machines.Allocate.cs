namespace Maas.Core.Nodes;

/// <content>Allocation of machines.</content>
public sealed partial class Machines
{
    /// <summary>
    /// Gives one free machine that fits to a user, the smallest that fits first. Two callers never get the same one.
    /// </summary>
    public async Task<AllocationResult> AllocateAsync(AllocationRequest request, CancellationToken cancellationToken = default)
    {
        var tags = await _store.ListTagsAsync(cancellationToken).ConfigureAwait(false);
        if (AllocationChoice.FindInvalid(request, [.. tags.Select(tag => tag.Name)]) is { } invalid) return invalid;

        var ready = await _store.ListAsync(new MachineFilter { Statuses = [MachineStatus.Ready] }, cancellationToken).ConfigureAwait(false);
        foreach (var candidate in AllocationChoice.Rank(ready, request))
        {
            if (request.DryRun) return new AllocationResult.Allocated(candidate);
            var command = new MachineCommand.Allocate(request.Owner)
            {
                By = request.Owner,
                Comment = request.Comment,
                TokenKey = request.TokenKey,
                AgentName = request.AgentName,
            };

            // The first caller that saves has it; other callers find it not Ready and try the next candidate.
            if (await ExecuteAsync(candidate.Id, command, cancellationToken: cancellationToken).ConfigureAwait(
                false) is CommandResult.Done done)
                return new AllocationResult.Allocated(done.Machine);
        }

        return new AllocationResult.NoMachine(AllocationChoice.Explain(request));
    }
}
