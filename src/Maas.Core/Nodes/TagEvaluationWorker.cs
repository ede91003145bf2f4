using Maas.Core.Events;
using Maas.Core.Records;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Nodes;

/// <summary>
/// Evaluates new definitions of tags on all machines, a hundred in a transaction. How far it has come is in the store, so that a restart
/// continues there.
/// </summary>
public sealed partial class TagEvaluationWorker
{
    private const int BatchSize = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    private readonly IMachineStore _machines;
    private readonly IRecordStore _records;
    private readonly WorkSignal _signal;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger<TagEvaluationWorker> _logger;

    internal TagEvaluationWorker(
        IMachineStore machines, IRecordStore records, WorkSignal signal, TimeProvider timeProvider, ILogger<TagEvaluationWorker> logger)
    {
        _machines = machines;
        _records = records;
        _signal = signal;
        _timeProvider = timeProvider;
        _logger = logger;
    }

    /// <summary>Evaluates until cancelled; then returns.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await TryPassAsync(cancellationToken).ConfigureAwait(false);
                await _signal.WaitAsync(Interval, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // What is left to evaluate is in the store.
        }
    }

    /// <summary>Evaluates all that is to be evaluated now.</summary>
    /// <param name="cancellationToken">Ends it; the machines that were evaluated by then are.</param>
    /// <returns>How many tags were evaluated to the end.</returns>
    public async Task<int> PassAsync(CancellationToken cancellationToken = default)
    {
        var finished = 0;
        while (await StepAsync(cancellationToken).ConfigureAwait(false) is { } isFinished)
            if (isFinished) finished++;
        return finished;
    }

    /// <summary>Evaluates the next machines.</summary>
    /// <returns>Whether a tag was evaluated to the end by it; <see langword="null"/> when there is nothing to evaluate.</returns>
    internal async Task<bool?> StepAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var first = new RecordQuery<TagEvaluation>(TagTables.Evaluations) { Limit = 1 };
        return await _records.ListAsync(first, cancellationToken).ConfigureAwait(false) is [var evaluation]
            ? await StepAsync(evaluation, cancellationToken).ConfigureAwait(false)
            : null;
    }

    private async Task TryPassAsync(CancellationToken cancellationToken)
    {
        try
        {
            await PassAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogPassFailed(failure);
        }
    }

    /// <summary>Evaluates the next machines. What another change has overtaken is evaluated again by the next step.</summary>
    /// <returns>Whether it was the last step.</returns>
    private async Task<bool> StepAsync(TagEvaluation evaluation, CancellationToken cancellationToken)
    {
        if (await _records.GetAsync(TagTables.Tags, evaluation.Tag, cancellationToken).ConfigureAwait(false) is not { } tag) return false;
        var definitions = new TagDefinitions([tag]);
        var machines = await _machines.ListAsync(
            new MachineFilter { AfterNumber = evaluation.After, Limit = BatchSize }, cancellationToken).ConfigureAwait(false);
        var now = _timeProvider.GetUtcNow();
        var tooCostly = new List<string>();
        List<Machine> evaluated = [.. machines.Select(machine => definitions.Apply(machine, tooCostly))];
        if (tooCostly.Count > 0) LogTooCostly(tag.Name, tooCostly.Count);
        MachineChange[] changes = [.. evaluated.Zip(machines)
            .Where(each => !ReferenceEquals(each.First, each.Second))
            .Select(each => new MachineChange { Machine = each.First, At = now })];
        if (machines.Count == 0) return await FinishAsync(tag, evaluation, now, cancellationToken).ConfigureAwait(false);
        var next = evaluation with
        {
            After = machines[^1].Number,
            Evaluated = evaluation.Evaluated + machines.Count,
            Matching = evaluation.Matching + evaluated.Count(machine => machine.Tags.Contains(tag.Name)),
        };
        RecordChange[] records = [.. definitions.Requirements, new RecordChange.Update(TagTables.Evaluations, next)];
        if (changes.Length == 0)
        {
            await _records.SaveAsync(new RecordBatch { At = now, Changes = records }, cancellationToken).ConfigureAwait(false);
            return false;
        }

        changes[0] = changes[0] with { Records = records };
        await _machines.SaveAsync(changes, cancellationToken).ConfigureAwait(false);
        return false;
    }

    private async Task<bool> FinishAsync(Tag tag, TagEvaluation evaluation, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var summary = $"Tag '{tag.Name}' was evaluated: {evaluation.Matching} of {evaluation.Evaluated} machines match.";
        var batch = new RecordBatch
        {
            At = now,
            Changes =
            [
                new RecordChange.Require(TagTables.Tags, tag.Id, tag.Version),
                new RecordChange.Delete(TagTables.Evaluations, evaluation.Id, evaluation.Version),
            ],
            Events = [new EventNote(EventLevel.Info, "Tag", summary)],
        };
        if (await _records.SaveAsync(batch, cancellationToken).ConfigureAwait(false) is not RecordResult.Saved) return false;
        LogEvaluated(tag.Name, evaluation.Matching, evaluation.Evaluated);
        return true;
    }

    [LoggerMessage(15, LogLevel.Information, "Tag {Tag} was evaluated: {Matching} of {Machines} machines match")]
    private partial void LogEvaluated(string tag, int matching, int machines);

    [LoggerMessage(16, LogLevel.Warning, "The definition of tag {Tag} takes too much work on {Machines} machines; it does not match them")]
    private partial void LogTooCostly(string tag, int machines);

    [LoggerMessage(17, LogLevel.Error, "Failed to evaluate definitions of tags; trying again")]
    private partial void LogPassFailed(Exception failure);
}
