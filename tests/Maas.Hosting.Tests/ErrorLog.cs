using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests;

/// <summary>Keeps the lines at Error and above, or from another level on.</summary>
internal sealed class ErrorLog(LogLevel lowest = LogLevel.Error) : ILoggerProvider
{
    public ConcurrentQueue<string> Errors { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Category(categoryName, Errors, lowest);

    public void Dispose()
    {
        // The lines stay.
    }

    private sealed class Category(string name, ConcurrentQueue<string> errors, LogLevel lowest) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= lowest;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) errors.Enqueue($"{name}: {formatter(state, exception)} {exception}");
        }
    }
}
