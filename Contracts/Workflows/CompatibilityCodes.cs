namespace Switchyard.Contracts.Workflows;

/// <summary>The stable codes of changes between versions; docs/lint-codes.md explains each.</summary>
public static class CompatibilityCodes
{
    public const string ParameterRemoved = "CP101";
    public const string RequiredParameterAdded = "CP102";
    public const string OptionalParameterAdded = "CP103";
    public const string ParameterNowRequired = "CP104";
    public const string ParameterNoLongerRequired = "CP105";
    public const string TypeNarrowed = "CP106";
    public const string TypeWidened = "CP107";
    public const string EnumNarrowed = "CP108";
    public const string EnumWidened = "CP109";
    public const string LimitTightened = "CP110";
    public const string LimitLoosened = "CP111";
    public const string DefaultChanged = "CP112";
    public const string SchemaChanged = "CP113";

    public const string OutputRemoved = "CP201";
    public const string OutputAdded = "CP202";
    public const string OutputChanged = "CP203";

    public const string StepRemoved = "CP301";
    public const string ActionChanged = "CP302";
    public const string StepAdded = "CP303";
    public const string StepChanged = "CP304";
    public const string FailureStepsChanged = "CP305";

    public const string TriggerRemoved = "CP401";
    public const string TriggerAdded = "CP402";
    public const string TriggerChanged = "CP403";
    public const string WebhookSecretChanged = "CP404";

    public const string ConcurrencyChanged = "CP501";
    public const string TimeoutChanged = "CP502";
    public const string DescriptionChanged = "CP503";
}
