// The whole language of Weir. The lexer sees upper-case ASCII letters only (engine/sql/source_text.h folds them), so that
// keywords are case-insensitive. A rule exists where the tree builder or an error message needs a name for the place:
// the words that a message uses for each rule are in engine/sql/syntax_error.cc.
grammar WeirSql;

// ---------------------------------------------------------------- entry points: one statement, without its semicolon

singleStatement : statement EOF ;
singleTestStatement : (statement | testStatement) EOF ;
singleExpression : expression EOF ;
singleTypeName : typeName EOF ;

// ---------------------------------------------------------------- statements

statement
    : query                                                                                   # selectStatement
    | CREATE (OR REPLACE)? SOURCE? sourceKind ifNotExists? sourceName tableElements?
          (WITH properties)? (AS query)?                                                      # createSource
    | CREATE (SOURCE | SINK) CONNECTOR ifNotExists? objectName WITH properties                # createConnector
    | CREATE TYPE ifNotExists? objectName AS typeName                                         # createType
    | INSERT INTO sourceName (WITH properties)? query                                         # insertQuery
    | INSERT INTO sourceName columnNames? VALUES valueList                                    # insertValues
    | DROP sourceKind ifExists? sourceName (DELETE TOPIC)?                                    # dropSource
    | DROP CONNECTOR ifExists? objectName                                                     # dropConnector
    | DROP TYPE ifExists? objectName                                                          # dropType
    | ALTER sourceKind sourceName ADD COLUMN? addedColumn (',' (ADD COLUMN?)? addedColumn)*   # alterSource
    | ALTER SYSTEM propertyString '=' propertyString                                          # alterSystem
    | IMPORT TOPICS LIKE STRING_VALUE AS STREAMS                                              # importTopics
    | (SHOW | LIST) showTarget                                                                # show
    | DESCRIBE describeTarget                                                                 # describe
    | EXPLAIN (statement | queryId)                                                           # explain
    | PRINT topicName (FROM BEGINNING)? ((INTERVAL | SAMPLE) wholeNumber)? (LIMIT wholeNumber)?  # print
    | (TERMINATE | PAUSE | RESUME) (ALL | queryId)                                            # controlQuery
    | REPLAY DEAD LETTERS FOR queryId                                                         # replayDeadLetters
    | SET propertyString '=' propertyString                                                   # setProperty
    | UNSET propertyString                                                                    # unsetProperty
    | DEFINE variableName '=' STRING_VALUE                                                    # defineVariable
    | UNDEFINE variableName                                                                   # undefineVariable
    | ASSERT (NOT EXISTS)? TOPIC topicName (WITH properties)? (TIMEOUT duration)?             # assertTopic
    | ASSERT (NOT EXISTS)? SCHEMA (SUBJECT topicName)? (ID wholeNumber)? (TIMEOUT duration)?  # assertSchema
    ;

testStatement
    : ASSERT VALUES sourceName columnNames? VALUES valueList                                  # assertValues
    | ASSERT NULL_WORD VALUES sourceName columnNames? KEY valueList                           # assertTombstone
    | ASSERT sourceKind sourceName tableElements? (WITH properties)?                          # assertSource
    | RUN SCRIPT STRING_VALUE                                                                 # runScript
    ;

showTarget
    : PROPERTIES
    | ALL? TOPICS EXTENDED?
    | STREAMS EXTENDED?
    | TABLES EXTENDED?
    | QUERIES EXTENDED?
    | FUNCTIONS
    | (SOURCE | SINK)? CONNECTORS
    | CONNECTOR PLUGINS
    | TYPES
    | VARIABLES
    | SERVERS
    ;

describeTarget
    : STREAMS EXTENDED?
    | TABLES EXTENDED?
    | FUNCTION objectName
    | CONNECTOR objectName
    | sourceName EXTENDED?
    ;

sourceKind : STREAM | TABLE ;
ifNotExists : IF NOT EXISTS ;
ifExists : IF EXISTS ;

tableElements : '(' tableElement (',' tableElement)* ')' ;
tableElement : columnName typeName (PRIMARY? KEY | HEADERS | HEADER '(' STRING_VALUE ')')? ;
addedColumn : columnName typeName ;
columnNames : '(' columnName (',' columnName)* ')' ;
valueList : '(' (valueExpression (',' valueExpression)*)? ')' ;

properties : '(' property (',' property)* ')' ;
property : propertyName '=' literal ;
propertyName : identifier | STRING_VALUE ;
propertyString : STRING_VALUE ;

sourceName : identifier ;
columnName : identifier ;
objectName : identifier ;
variableName : identifier ;
queryId : identifier ;
topicName : identifier | STRING_VALUE ;

// ---------------------------------------------------------------- queries

query
    : (WITH commonTable (',' commonTable)*)?
      SELECT selectItem (',' selectItem)*
      FROM relation joinedRelation*
      windowClause?
      (WHERE expression)?
      groupBy?
      partitionBy?
      having?
      emitClause?
      limitClause?
    ;

commonTable : sourceName AS '(' query ')' ;

selectItem
    : '*'                                  # selectAll
    | identifier '.' '*'                   # selectSource
    | expression (AS alias | bareAlias)?   # selectExpression
    ;

relation : (sourceName startPosition? | '(' query ')') (AS alias | relationAlias)? ;
startPosition : AT (EARLIEST | LATEST | TIMESTAMP STRING_VALUE | OFFSET wholeNumber) ;

joinedRelation : (INNER | (LEFT | RIGHT | FULL) OUTER?)? JOIN relation within? ON expression ;
within : WITHIN (duration | '(' duration ',' duration ')') (GRACE PERIOD duration)? ;

windowClause
    : WINDOW windowName? ( TUMBLING '(' SIZE duration windowOption* ')'
                         | HOPPING '(' SIZE duration ',' ADVANCE BY duration windowOption* ')'
                         | SESSION '(' duration windowOption* ')' )
    ;
windowName : identifier ;
windowOption : ',' (RETENTION duration | GRACE PERIOD duration) ;

// A grouping is a value, never a condition: GROUP BY a AND b is a mistake for GROUP BY a, b.
groupBy : GROUP BY groupingList ;
partitionBy : PARTITION BY groupingList ;
groupingList
    : valueExpression (',' valueExpression)*
    | '(' valueExpression (',' valueExpression)+ ')'
    ;
having : HAVING expression ;
emitClause : EMIT (CHANGES | FINAL) ;
limitClause : LIMIT wholeNumber ;

duration : wholeNumber timeUnit ;
timeUnit
    : DAY | HOUR | MINUTE | SECOND | MILLISECOND
    | DAYS | HOURS | MINUTES | SECONDS | MILLISECONDS
    ;
wholeNumber : INTEGER_VALUE ;

alias : identifier ;
bareAlias : identifier ;
relationAlias : plainName ;

// ---------------------------------------------------------------- expressions: later alternatives bind less tightly

expression
    : valueExpression predicate?            # predicated
    | NOT expression                        # logicalNot
    | expression AND expression             # logicalAnd
    | expression OR expression              # logicalOr
    ;

predicate
    : comparisonOperator valueExpression
    | IS NOT? (NULL_WORD | DISTINCT FROM valueExpression)
    | NOT? ( BETWEEN valueExpression AND valueExpression
           | IN '(' expression (',' expression)* ')'
           | LIKE valueExpression (ESCAPE STRING_VALUE)? )
    ;
comparisonOperator : '=' | NOT_EQUAL | '<' | '<=' | '>' | '>=' ;

valueExpression
    : primary                                             # primaryValue
    | valueExpression AT TIME ZONE STRING_VALUE           # atTimeZone
    | ('-' | '+') valueExpression                         # unary
    | valueExpression ('*' | '/' | '%') valueExpression   # binary
    | valueExpression ('+' | '-') valueExpression         # binary
    | valueExpression '||' valueExpression                # binary
    ;

primary
    : value                                                         # literalValue
    | (DATE | TIME | TIMESTAMP | DECIMAL) STRING_VALUE              # typedLiteral
    | CASE valueExpression? whenClause+ (ELSE expression)? END      # case
    | CAST '(' expression AS typeName ')'                           # cast
    | ARRAY '[' (expression (',' expression)*)? ']'                 # arrayConstructor
    | MAP '(' (mapEntry (',' mapEntry)*)? ')'                       # mapConstructor
    | STRUCT '(' (structField (',' structField)*)? ')'              # structConstructor
    | functionName '(' ('*' | argument (',' argument)*)? ')'        # functionCall
    | identifier '.' columnName                                     # qualifiedColumn
    | identifier                                                    # column
    | '(' expression ')'                                            # parenthesized
    | primary '[' valueExpression ']'                               # subscript
    | primary '->' (fieldName | '*')                                # dereference
    ;

value : NULL_WORD | TRUE | FALSE | STRING_VALUE | INTEGER_VALUE | DECIMAL_VALUE | DOUBLE_VALUE ;
literal : NULL_WORD | TRUE | FALSE | STRING_VALUE | '-'? (INTEGER_VALUE | DECIMAL_VALUE | DOUBLE_VALUE) ;

whenClause : WHEN expression THEN expression ;
mapEntry : expression ':=' expression ;
structField : fieldName ':=' expression ;
fieldName : identifier ;
functionName : plainName ;
argument : lambda | expression ;
lambda : (lambdaParameter | '(' lambdaParameter (',' lambdaParameter)* ')') '=>' expression ;
lambdaParameter : identifier ;

// ---------------------------------------------------------------- types

typeName : simpleType arraySuffix* ;
arraySuffix : ARRAY ;
simpleType
    : ARRAY '<' typeName '>'                                                     # arrayType
    | MAP '<' typeName ',' typeName '>'                                          # mapType
    | STRUCT ('<' (structTypeField (',' structTypeField)*)? '>' | NOT_EQUAL)     # structType
    | DECIMAL '(' wholeNumber ',' wholeNumber ')'                                # decimalType
    | identifier ('(' typeParameter (',' typeParameter)* ')')?                   # namedType
    ;
structTypeField : fieldName typeName ;
typeParameter : wholeNumber | STRING ;

// ---------------------------------------------------------------- names

identifier : IDENTIFIER | DIGIT_IDENTIFIER | QUOTED_IDENTIFIER | BACKQUOTED_IDENTIFIER | nonReserved ;
// Names of functions and aliases without AS: not the words that begin something else in those places.
plainName : IDENTIFIER | DIGIT_IDENTIFIER | QUOTED_IDENTIFIER | BACKQUOTED_IDENTIFIER | plainWord ;

nonReserved : plainWord | ARRAY | MAP | STRUCT | WINDOW | PARTITION | EMIT ;

plainWord
    : ADD | ADVANCE | ALTER | ASSERT | BEGINNING | CHANGES | COLUMN | CONNECTOR | CONNECTORS | DATE | DAY | DAYS | DEAD
    | DEFINE | DELETE | EARLIEST | END | ESCAPE | EXPLAIN | EXTENDED | FINAL | FOR | FUNCTION | FUNCTIONS | GRACE | HEADER
    | HEADERS | HOPPING | HOUR | HOURS | ID | IF | IMPORT | INTERVAL | KEY | LATEST | LETTERS | LIST | MILLISECOND
    | MILLISECONDS | MINUTE | MINUTES | OFFSET | PAUSE | PERIOD | PLUGINS | PRIMARY | PRINT | PROPERTIES | QUERIES
    | REPLACE | REPLAY | RESUME | RETENTION | RUN | SAMPLE | SCHEMA | SCRIPT | SECOND | SECONDS | SERVERS | SESSION | SET | SHOW | SINK
    | SIZE | SOURCE | STREAMS | STRING | SUBJECT | SYSTEM | TABLES | TERMINATE | TIME | TIMEOUT | TIMESTAMP | TOPIC
    | TOPICS | TUMBLING | TYPE | TYPES | UNDEFINE | UNSET | VARIABLES | ZONE
    ;

// ---------------------------------------------------------------- keywords

ADD : 'ADD' ;
ADVANCE : 'ADVANCE' ;
ALL : 'ALL' ;
ALTER : 'ALTER' ;
AND : 'AND' ;
ARRAY : 'ARRAY' ;
AS : 'AS' ;
ASSERT : 'ASSERT' ;
AT : 'AT' ;
BEGINNING : 'BEGINNING' ;
BETWEEN : 'BETWEEN' ;
BY : 'BY' ;
CASE : 'CASE' ;
CAST : 'CAST' ;
CHANGES : 'CHANGES' ;
COLUMN : 'COLUMN' ;
CONNECTOR : 'CONNECTOR' ;
CONNECTORS : 'CONNECTORS' ;
CREATE : 'CREATE' ;
DATE : 'DATE' ;
DAY : 'DAY' ;
DAYS : 'DAYS' ;
DECIMAL : 'DECIMAL' ;
DEAD : 'DEAD' ;
DEFINE : 'DEFINE' ;
DELETE : 'DELETE' ;
DESCRIBE : 'DESCRIBE' ;
DISTINCT : 'DISTINCT' ;
DROP : 'DROP' ;
EARLIEST : 'EARLIEST' ;
ELSE : 'ELSE' ;
EMIT : 'EMIT' ;
END : 'END' ;
ESCAPE : 'ESCAPE' ;
EXISTS : 'EXISTS' ;
EXPLAIN : 'EXPLAIN' ;
EXTENDED : 'EXTENDED' ;
FALSE : 'FALSE' ;
FINAL : 'FINAL' ;
FOR : 'FOR' ;
FROM : 'FROM' ;
FULL : 'FULL' ;
FUNCTION : 'FUNCTION' ;
FUNCTIONS : 'FUNCTIONS' ;
GRACE : 'GRACE' ;
GROUP : 'GROUP' ;
HAVING : 'HAVING' ;
HEADER : 'HEADER' ;
HEADERS : 'HEADERS' ;
HOPPING : 'HOPPING' ;
HOUR : 'HOUR' ;
HOURS : 'HOURS' ;
ID : 'ID' ;
IF : 'IF' ;
IMPORT : 'IMPORT' ;
IN : 'IN' ;
INNER : 'INNER' ;
INSERT : 'INSERT' ;
INTERVAL : 'INTERVAL' ;
INTO : 'INTO' ;
IS : 'IS' ;
JOIN : 'JOIN' ;
KEY : 'KEY' ;
LATEST : 'LATEST' ;
LEFT : 'LEFT' ;
LETTERS : 'LETTERS' ;
LIKE : 'LIKE' ;
LIMIT : 'LIMIT' ;
LIST : 'LIST' ;
MAP : 'MAP' ;
MILLISECOND : 'MILLISECOND' ;
MILLISECONDS : 'MILLISECONDS' ;
MINUTE : 'MINUTE' ;
MINUTES : 'MINUTES' ;
NOT : 'NOT' ;
NULL_WORD : 'NULL' ;
OFFSET : 'OFFSET' ;
ON : 'ON' ;
OR : 'OR' ;
OUTER : 'OUTER' ;
PARTITION : 'PARTITION' ;
PAUSE : 'PAUSE' ;
PERIOD : 'PERIOD' ;
PLUGINS : 'PLUGINS' ;
PRIMARY : 'PRIMARY' ;
PRINT : 'PRINT' ;
PROPERTIES : 'PROPERTIES' ;
QUERIES : 'QUERIES' ;
REPLACE : 'REPLACE' ;
REPLAY : 'REPLAY' ;
RESUME : 'RESUME' ;
RETENTION : 'RETENTION' ;
RIGHT : 'RIGHT' ;
RUN : 'RUN' ;
SAMPLE : 'SAMPLE' ;
SCHEMA : 'SCHEMA' ;
SCRIPT : 'SCRIPT' ;
SECOND : 'SECOND' ;
SECONDS : 'SECONDS' ;
SELECT : 'SELECT' ;
SERVERS : 'SERVERS' ;
SESSION : 'SESSION' ;
SET : 'SET' ;
SHOW : 'SHOW' ;
SINK : 'SINK' ;
SIZE : 'SIZE' ;
SOURCE : 'SOURCE' ;
STREAM : 'STREAM' ;
STREAMS : 'STREAMS' ;
STRING : 'STRING' ;
STRUCT : 'STRUCT' ;
SUBJECT : 'SUBJECT' ;
SYSTEM : 'SYSTEM' ;
TABLE : 'TABLE' ;
TABLES : 'TABLES' ;
TERMINATE : 'TERMINATE' ;
THEN : 'THEN' ;
TIME : 'TIME' ;
TIMEOUT : 'TIMEOUT' ;
TIMESTAMP : 'TIMESTAMP' ;
TOPIC : 'TOPIC' ;
TOPICS : 'TOPICS' ;
TRUE : 'TRUE' ;
TUMBLING : 'TUMBLING' ;
TYPE : 'TYPE' ;
TYPES : 'TYPES' ;
UNDEFINE : 'UNDEFINE' ;
UNSET : 'UNSET' ;
VALUES : 'VALUES' ;
VARIABLES : 'VARIABLES' ;
WHEN : 'WHEN' ;
WHERE : 'WHERE' ;
WINDOW : 'WINDOW' ;
WITH : 'WITH' ;
WITHIN : 'WITHIN' ;
ZONE : 'ZONE' ;

// ---------------------------------------------------------------- punctuation

SEMICOLON : ';' ;
COMMA : ',' ;
DOT : '.' ;
LEFT_PAREN : '(' ;
RIGHT_PAREN : ')' ;
LEFT_BRACKET : '[' ;
RIGHT_BRACKET : ']' ;
EQUAL : '=' ;
NOT_EQUAL : '<>' | '!=' ;
LESS : '<' ;
LESS_EQUAL : '<=' ;
GREATER : '>' ;
GREATER_EQUAL : '>=' ;
PLUS : '+' ;
MINUS : '-' ;
ASTERISK : '*' ;
SLASH : '/' ;
PERCENT : '%' ;
CONCAT : '||' ;
ASSIGN : ':=' ;
ARROW : '->' ;
LAMBDA_ARROW : '=>' ;

// ---------------------------------------------------------------- literals, names, comments

STRING_VALUE : '\'' (~'\'' | '\'\'')* '\'' ;
INTEGER_VALUE : DIGIT+ ;
DECIMAL_VALUE : DIGIT+ '.' DIGIT* | '.' DIGIT+ ;
DOUBLE_VALUE : (DIGIT+ ('.' DIGIT*)? | '.' DIGIT+) 'E' [+-]? DIGIT+ ;

IDENTIFIER : [A-Z_] [A-Z0-9_@]* ;
DIGIT_IDENTIFIER : DIGIT [A-Z0-9_@]+ ;
QUOTED_IDENTIFIER : '"' (~'"' | '""')* '"' ;
BACKQUOTED_IDENTIFIER : '`' (~'`' | '``')* '`' ;

// ${name}, replaced before parsing; $${name} stands for the text ${name} itself. See engine/sql/variables.cc.
VARIABLE : '$'? '${' [A-Z_] [A-Z0-9_@]* '}' ;

LINE_COMMENT : '--' ~[\r\n]* -> channel(HIDDEN) ;
BLOCK_COMMENT : '/*' .*? '*/' -> channel(HIDDEN) ;
SPACE : [ \t\r\n\f\u00A0\uFEFF]+ -> channel(HIDDEN) ;

// What is left: text that never ends and characters that nothing begins with. The lexer never fails; these are reported
// by engine/sql/tokens.cc.
UNCLOSED_STRING : '\'' (~'\'' | '\'\'')* ;
UNCLOSED_QUOTED : '"' (~'"' | '""')* ;
UNCLOSED_BACKQUOTED : '`' (~'`' | '``')* ;
UNCLOSED_COMMENT : '/*' (~'*' | '*'+ ~[*/])* '*'* ;
UNRECOGNIZED : . ;

fragment DIGIT : [0-9] ;
