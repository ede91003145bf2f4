using Maas.Images;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Ephemeral;

/// <summary>Logs each step of a build once, not each of its bytes.</summary>
internal sealed partial class SupplyProgress(ILogger logger) : IProgress<ImportProgress>
{
    private readonly ILogger _logger = logger;
    private (string, string?) _last;

    /// <inheritdoc/>
    public void Report(ImportProgress value)
    {
        if (_last == (value.Step, value.Item)) return;
        _last = (value.Step, value.Item);
        if (value.Item is { } item) LogStepOf(value.Step, item);
        else LogStep(value.Step);
    }

    [LoggerMessage(134, LogLevel.Information, "Ephemeral environment: {Step}")]
    private partial void LogStep(string step);

    [LoggerMessage(135, LogLevel.Information, "Ephemeral environment: {Step} {Item}")]
    private partial void LogStepOf(string step, string item);
}
