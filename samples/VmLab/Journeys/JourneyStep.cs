namespace VmLab.Journeys;

/// <summary>A stage of a machine's life, reached.</summary>
/// <param name="Machine">Whose.</param>
/// <param name="Reached">The status it is in now, in MAAS's words.</param>
/// <param name="Took">Since the stage before.</param>
public sealed record JourneyStep(string Machine, string Reached, TimeSpan Took);
