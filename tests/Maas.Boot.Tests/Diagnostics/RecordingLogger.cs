using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Maas.Boot.Tests.Diagnostics;

/// <summary>Keeps what was logged, at any level.</summary>
internal sealed class RecordingLogger<T> : ILogger<T>
{
    private readonly BlockingCollection<(LogLevel Level, string Text)> _lines = [];

    /// <summary>What was logged so far.</summary>
    public IReadOnlyList<(LogLevel Level, string Text)> Lines => [.. _lines];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel,
        EventId eventId,
        TState state,
        Exception? exception,
        Func<TState, Exception?, string> formatter) =>
        _lines.Add((logLevel, formatter(state, exception)));
}

/// <summary>Makes a logger known to servers, which take factories.</summary>
internal static class RecordingLogger
{
    /// <summary>A factory of this logger alone; of none, one whose loggers write nothing.</summary>
    public static ILoggerFactory FactoryOf(ILogger? logger) => logger is null ? NullLoggerFactory.Instance : new OneLogger(logger);

    private sealed class OneLogger(ILogger logger) : ILoggerFactory
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

        public void Dispose()
        {
            // It holds nothing.
        }
    }
}
