using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Maas.Hosting.Tests;

/// <summary>Keeps the lines at Error and above.</summary>
internal sealed class ErrorLog : ILoggerProvider
{
    public ConcurrentQueue<string> Errors { get; } = new();

    public ILogger CreateLogger(string categoryName) => new Category(categoryName, Errors);

    public void Dispose()
    {
        // The lines stay.
    }

    private sealed class Category(string name, ConcurrentQueue<string> errors) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) errors.Enqueue($"{name}: {formatter(state, exception)} {exception}");
        }
    }
}
