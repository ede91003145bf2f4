namespace Maas.Conformance;

/// <summary>The server does not do what MAAS's clients need.</summary>
public sealed class ConformanceException(string message) : Exception(message);

/// <summary>The case cannot be tried on this server.</summary>
public sealed class NotApplicableException(string message) : Exception(message);
