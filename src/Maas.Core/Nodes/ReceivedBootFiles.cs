using System.Text.Json.Serialization;
using Maas.Core.Records;
using Microsoft.Extensions.Logging;

namespace Maas.Core.Nodes;

/// <summary>
/// The boot scripts and answer files that machines received last, one of each name: what a machine would receive next is compared with
/// them. They are deleted with their machine.
/// </summary>
public sealed partial class ReceivedBootFiles
{
    /// <summary>The most files of a machine; others are not stored.</summary>
    public const int MostFiles = 16;

    /// <summary>The most characters of a file; a longer one is not stored.</summary>
    public const int LongestText = 256 * 1024;

    private readonly IRecordStore _store;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    internal ReceivedBootFiles(IRecordStore store, TimeProvider timeProvider, ILogger<ReceivedBootFiles> logger) =>
        (_store, _timeProvider, _logger) = (store, timeProvider, logger);

    internal static RecordTable<ReceivedBootFile> Table { get; } = new(
        "received_boot_files",
        ReceivedBootFileJson.Default.ReceivedBootFile,
        [
            RecordColumn.Text<ReceivedBootFile>("node", file => file.Machine.ToString()),
            RecordColumn.Text<ReceivedBootFile>("name", file => file.Name),
        ],
        [new RecordKey("name", "node", "name")]);

    /// <summary>The files that a machine received last, by name.</summary>
    /// <param name="machine">The machine.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public Task<IReadOnlyList<ReceivedBootFile>> ListAsync(SystemId machine, CancellationToken cancellationToken = default) =>
        ListAsync(_store, machine, cancellationToken);

    /// <summary>
    /// Stores what a machine receives, in place of the file of that name. A text that is stored already changes nothing, so that requests
    /// that anyone can repeat write nothing. A failure is logged: a machine boots although it cannot be stored.
    /// </summary>
    /// <param name="machine">The machine.</param>
    /// <param name="name">The file's name.</param>
    /// <param name="text">Its text, without secrets.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task RecordAsync(Machine machine, string name, string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(machine);
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length > LongestText) return;
        try
        {
            var stored = await ListAsync(machine.Id, cancellationToken).ConfigureAwait(false);
            var present = stored.FirstOrDefault(each => each.Name == name);
            if (present is null ? stored.Count >= MostFiles : present.Text == text && present.Owner == machine.Owner) return;
            var file = new ReceivedBootFile
            {
                Id = present?.Id ?? 0,
                Version = present?.Version ?? 0,
                Machine = machine.Id,
                Name = name,
                Text = text,
                Owner = machine.Owner,
                At = _timeProvider.GetUtcNow(),
            };
            // A result other than Saved means that another request of the machine was stored meanwhile.
            await _store.SaveAsync(
                new RecordBatch
                {
                    At = file.At,
                    Changes = [present is null ? new RecordChange.Insert(Table, file) : new RecordChange.Update(Table, file)],
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            LogNotStored(failure, machine.Id, name);
        }
    }

    /// <summary>What else is saved when a machine is deleted.</summary>
    internal static async Task<IReadOnlyList<RecordChange>> DeletionsAsync(
        IRecordStore store, SystemId machine, CancellationToken cancellationToken) =>
        [
            .. (await ListAsync(store, machine, cancellationToken).ConfigureAwait(false))
                .Select(file => new RecordChange.Delete(Table, file.Id, file.Version)),
        ];

    private static Task<IReadOnlyList<ReceivedBootFile>> ListAsync(
        IRecordStore store, SystemId machine, CancellationToken cancellationToken) =>
        store.ListAsync(
            new RecordQuery<ReceivedBootFile>(Table) { Where = [RecordCondition.Is("node", machine.ToString())], OrderBy = "name" },
            cancellationToken);

    [LoggerMessage(35, LogLevel.Warning, "Failed to store the file {File} that machine {SystemId} received")]
    private partial void LogNotStored(Exception exception, SystemId systemId, string file);
}

/// <summary>How they are written.</summary>
[JsonSourceGenerationOptions(
    GenerationMode = JsonSourceGenerationMode.Metadata, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ReceivedBootFile))]
internal sealed partial class ReceivedBootFileJson : JsonSerializerContext;
