using Maas.Core.Records;
using Maas.Core.Stores;

namespace Maas.Testing.Stores.InMemory;

/// <summary>Saves a batch of records with its events: a function of the state.</summary>
internal static class RecordBatches
{
    public static (InMemoryState Next, RecordResult Result) Save(InMemoryState state, RecordBatch batch, StoreLimits limits)
    {
        if (batch.ExpectedEpoch is { } epoch && epoch != state.Records.Epoch) return (state, new RecordResult.EpochPassed());
        if (state.Records.Apply(batch.Changes, out var records, out var saved) is { } refusal) return (state, refusal);
        var events = state.Events;
        foreach (var note in batch.Events)
            events = events.Add(batch.At, new EventSubject(null, "", null, null), note, limits.EventsPerMachine, out _);
        return (state with { Records = records, Events = events }, new RecordResult.Saved(saved));
    }
}
