namespace Maas.Postgres.Tests;

/// <summary>What is different from other servers of tests.</summary>
public sealed record PostgresServerSetup
{
    /// <summary>Settings in the place of those that tests have, such as <c>fsync=on</c>.</summary>
    public IReadOnlyList<string> Settings { get; init; } = [];

    /// <summary>The folder of its data; <see langword="null"/> for a folder of its own.</summary>
    public string? DataFolder { get; init; }

    /// <summary>The folder of its write-ahead log, in segments of 1 MiB; <see langword="null"/> for beside the data.</summary>
    public string? LogFolder { get; init; }

    /// <summary>A command before the program, such as <c>env</c>.</summary>
    public IReadOnlyList<string> Before { get; init; } = [];
}
